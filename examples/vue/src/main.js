import { createApp } from 'vue';
import TicketSorter from './TicketSorter.vue';

createApp(TicketSorter).mount('#app');
