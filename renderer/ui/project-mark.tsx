// A project as people see it in lists: its colour as a small square, and its name.

import './project-mark.css';
import { Link } from 'wouter';
import type { ProjectColour } from '../../shared/project-model.ts';

/** Says nothing by itself: the name stands beside it. */
export function ProjectMark({ colour }: { readonly colour: ProjectColour }) {
  return <span className="kh-project-mark" data-colour={colour} aria-hidden="true" />;
}

type ProjectNameProps = {
  readonly project: { readonly id: string; readonly name: string; readonly colour: ProjectColour };
};

export function ProjectName({ project: { id, name, colour } }: ProjectNameProps) {
  return (
    <Link href={`/projects/${id}`} className="kh-link kh-project">
      <ProjectMark colour={colour} />
      <span className="kh-clip">{name}</span>
    </Link>
  );
}
