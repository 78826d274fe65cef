// What a colour means wherever a state is shown.

/** green: running · amber: exposed or limited · red: refused or broken · off: neither */
export type Tone = 'good' | 'limited' | 'bad' | 'off' | 'accent';
