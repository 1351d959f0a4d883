// Hooks for tests, on the channel "lose-device". "lose it" destroys this worker's GPU device, as a driver reset would;
// "lose it in the next run" does so as soon as something was submitted to it. Both are answered when it is done. While
// somebody holds the lock "lose-device", a new device is lost at once.
const devices: GPUDevice[] = [];
const channel = new BroadcastChannel('lose-device');
let isNext = false;

const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  const { held } = await navigator.locks.query();
  if (held!.some(({ name }) => name === 'lose-device')) device.destroy();
  return device;
};

const loseAll = (): void => {
  for (const device of devices) device.destroy();
};

const submit = GPUQueue.prototype.submit;
GPUQueue.prototype.submit = function (buffers) {
  submit.call(this, buffers);
  if (isNext) loseAll();
  isNext = false;
};

channel.onmessage = ({ data }) => {
  if (data === 'lose it in the next run') isNext = true;
  if (data === 'lose it') loseAll();
  channel.postMessage('done');
};
