// A hook for tests: a message on the channel "lose-device" destroys this worker's GPU device, as a driver reset
// would.
const devices: GPUDevice[] = [];
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};
new BroadcastChannel('lose-device').onmessage = () => {
  for (const device of devices) device.destroy();
};
