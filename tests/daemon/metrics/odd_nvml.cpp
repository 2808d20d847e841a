// A management library that does what no good one does: counts GPUs that it does not have, fills a
// name to its last byte, reports more use than there is, and refuses what it does not know.

#include <cstring>

extern "C" {

int nvmlInit_v2() {
  return 0;
}
int nvmlShutdown() {
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 4'000'000'000U;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(static_cast<unsigned long>(index) + 1);
  return index < 3 ? 0 : 2;
}
int nvmlDeviceGetName(void*, char* name, unsigned length) {
  std::memset(name, 'G', length);
  std::memcpy(name, "\x1b[31m\xff", 6);
  return 0;
}
int nvmlDeviceGetUtilizationRates(void* device, unsigned* utilization) {
  utilization[0] = device == reinterpret_cast<void*>(1) ? 37 : 101;
  return device == reinterpret_cast<void*>(3) ? 3 : 0;
}
int nvmlDeviceGetMemoryInfo(void* device, unsigned long long* memory) {
  memory[0] = 80ULL << 30;
  memory[1] = 0;
  memory[2] = device == reinterpret_cast<void*>(1) ? 20ULL << 30 : 90ULL << 30;
  return 0;
}
int nvmlDeviceGetTemperature(void*, unsigned, unsigned* degrees) {
  *degrees = 41;
  return 0;
}
int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  *milliwatts = 72'500;
  return device == reinterpret_cast<void*>(1) ? 0 : 3;
}

}  // extern "C"
