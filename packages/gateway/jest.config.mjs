export { default } from '@sluice/jest-preset';
