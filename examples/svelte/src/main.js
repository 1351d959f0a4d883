import { mount } from 'svelte';
import Doubles from './Doubles.svelte';

mount(Doubles, { target: document.getElementById('app') });
