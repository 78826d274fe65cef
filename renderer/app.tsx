// The frame around the pages: providers, the rail, which page an address shows, and the sign-in that covers it all when a
// browser's session is over, with the page underneath kept as it was.

import { AppShell, MantineProvider } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { type Api, ApiProvider } from './api/api-context.tsx';
import { useMe } from './api/me.ts';
import { ShownOncePlace } from './features/keys/shown-once-place.tsx';
import { ServerPage } from './features/server/server-page.tsx';
import { ConnectionLost } from './features/shell/connection-lost.tsx';
import { Header } from './features/shell/header.tsx';
import { NotFound } from './features/shell/not-found.tsx';
import { Palette } from './features/shell/palette.tsx';
import { Rail } from './features/shell/rail.tsx';
import { RoleGate } from './features/shell/role-gate.tsx';
import { StartPage } from './features/shell/start-page.tsx';
import { PageRouter } from './features/sign-in/page-router.tsx';
import { ProofPlace } from './features/sign-in/proof-place.tsx';
import { SignInCover } from './features/sign-in/sign-in-cover.tsx';
import { apiTexts } from './texts/api-texts.ts';
import { shellTexts } from './texts/shell-texts.ts';
import { cssVariables, theme } from './theme.ts';
import { Answer } from './ui/answer.tsx';
import { later, useFetchLater } from './ui/later.tsx';
import { PageLoading } from './ui/page-loading.tsx';

const KeysPage = later(() => import('./features/keys/keys-page.tsx').then(({ KeysPage: page }) => page));
const KeyPage = later(() => import('./features/keys/key-page.tsx').then(({ KeyPage: page }) => page));
const ConnectPage = later(() => import('./features/connect/connect-page.tsx').then(({ ConnectPage: page }) => page));
const UsagePage = later(() => import('./features/usage/usage-page.tsx').then(({ UsagePage: page }) => page));
const RequestsPage = later(() =>
  import('./features/requests/requests-page.tsx').then(({ RequestsPage: page }) => page),
);
const RequestPage = later(() => import('./features/requests/request-page.tsx').then(({ RequestPage: page }) => page));
const ModelsPage = later(() => import('./features/models/models-page.tsx').then(({ ModelsPage: page }) => page));
const SettingsPage = later(() =>
  import('./features/settings/settings-page.tsx').then(({ SettingsPage: page }) => page),
);
const ProjectsPage = later(() =>
  import('./features/projects/projects-page.tsx').then(({ ProjectsPage: page }) => page),
);
const ProjectPage = later(() => import('./features/projects/project-page.tsx').then(({ ProjectPage: page }) => page));
const HistoryPage = later(() => import('./features/history/history-page.tsx').then(({ HistoryPage: page }) => page));
const ApiPage = later(() => import('./features/api/api-page.tsx').then(({ ApiPage: page }) => page));
const PeoplePage = later(() => import('./features/people/people-page.tsx').then(({ PeoplePage: page }) => page));
const PersonPage = later(() => import('./features/people/person-page.tsx').then(({ PersonPage: page }) => page));
const AccountPage = later(() => import('./features/account/account-page.tsx').then(({ AccountPage: page }) => page));
const WelcomePage = later(() => import('./features/first-run/welcome-page.tsx').then(({ WelcomePage: page }) => page));

export function App({ api, queries }: { readonly api: Api; readonly queries: QueryClient }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <ApiProvider api={api}>
          <ModalsProvider>
            <PageRouter>
              <Notifications position="bottom-right" />
              <Palette />
              <Covered>
                <ShownOncePlace>
                  <Frame />
                </ShownOncePlace>
              </Covered>
              <ProofPlace />
              <SignInCover />
            </PageRouter>
          </ModalsProvider>
        </ApiProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

// Hidden while they are covered, and not taken away: after signing in everything is where it was, with what was typed.
function Covered({ children }: { readonly children: ReactNode }) {
  return <div className="kh-pages">{children}</div>;
}

function Frame() {
  const [opened, { toggle, close }] = useDisclosure(false);
  useFetchLater(KeysPage);
  return (
    <AppShell
      layout="alt"
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      header={{ height: { base: 52, sm: 0 } }}
    >
      <AppShell.Header hiddenFrom="sm" withBorder style={{ background: 'var(--kh-rail)' }}>
        <Header opened={opened} toggle={toggle} />
      </AppShell.Header>
      <AppShell.Navbar withBorder style={{ background: 'var(--kh-rail)' }}>
        <Rail opened={opened} close={close} />
      </AppShell.Navbar>
      <AppShell.Main id="page">
        <ConnectionLost />
        <Suspense fallback={<PageLoading />}>
          <Answer query={useMe()}>{() => <Pages />}</Answer>
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

const { pages: names } = shellTexts;

function Pages() {
  return (
    <Switch>
      <Route path="/" component={StartPage} />
      <Route path="/welcome">
        <RoleGate needs="manages" page={names.welcome}>
          <WelcomePage />
        </RoleGate>
      </Route>
      <Route path="/server">
        <RoleGate needs="sees" page={names.server}>
          <ServerPage />
        </RoleGate>
      </Route>
      <Route path="/keys">
        <KeysPage />
      </Route>
      <Route path="/keys/new">
        <KeysPage creating="new" />
      </Route>
      <Route path="/keys/new-admin">
        <KeysPage creating="new-admin" />
      </Route>
      <Route path="/keys/:id">{({ id }) => <KeyPage id={id} />}</Route>
      <Route path="/projects">
        <RoleGate needs="sees" page={names.projects}>
          <ProjectsPage />
        </RoleGate>
      </Route>
      <Route path="/projects/:id">
        {({ id }) => (
          <RoleGate needs="sees" page={names.projects}>
            <ProjectPage id={id} />
          </RoleGate>
        )}
      </Route>
      <Route path="/history">
        <RoleGate needs="sees" page={names.history}>
          <HistoryPage />
        </RoleGate>
      </Route>
      <Route path="/api">
        <RoleGate needs="sees" page={apiTexts.title}>
          <ApiPage />
        </RoleGate>
      </Route>
      <Route path="/connect">
        <ConnectPage />
      </Route>
      <Route path="/connect/:client">{({ client }) => <ConnectPage clientId={client} />}</Route>
      <Route path="/usage" component={UsagePage} />
      <Route path="/requests" component={RequestsPage} />
      <Route path="/requests/:id">{({ id }) => <RequestPage id={id} />}</Route>
      <Route path="/models">
        <RoleGate needs="sees" page={names.models}>
          <ModelsPage />
        </RoleGate>
      </Route>
      <Route path="/settings">
        <RoleGate needs="sees" page={names.settings}>
          <SettingsPage />
        </RoleGate>
      </Route>
      <Route path="/people">
        <RoleGate needs="manages" page={shellTexts.people}>
          <PeoplePage />
        </RoleGate>
      </Route>
      <Route path="/people/:id">
        {({ id }) => (
          <RoleGate needs="manages" page={shellTexts.people}>
            <PersonPage id={id} />
          </RoleGate>
        )}
      </Route>
      <Route path="/me" component={AccountPage} />
      <Route path="/index.html">
        <Redirect to="/" replace />
      </Route>
      <Route component={NotFound} />
    </Switch>
  );
}
