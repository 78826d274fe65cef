// The library's charts with their styles, to be imported lazily: together they are half as large as everything else.

import '@mantine/charts/styles.css';

export { BarChart } from '@mantine/charts';
