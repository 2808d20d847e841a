// Launches that may overlap with the kernel before them, where the GPU can (see device_math.cuh).
#pragma once

#include <cuda_runtime.h>

namespace seekd::model::kernels {

// Of the current device; asked once.
inline const cudaDeviceProp& device_properties() {
  static const cudaDeviceProp properties = [] {
    cudaDeviceProp found{};
    int device = 0;
    if (cudaGetDevice(&device) == cudaSuccess) cudaGetDeviceProperties(&found, device);
    return found;
  }();
  return properties;
}

struct LaunchShape {
  dim3 grid;
  int threads = 0;
  int shared_bytes = 0;
};

template <class... Parameters, class... Arguments>
void launch_overlapping(cudaStream_t stream, const LaunchShape& shape,
                        void (*kernel)(Parameters...), Arguments... arguments) {
  cudaLaunchAttribute overlap{};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = shape.grid;
  config.blockDim = dim3(shape.threads);
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream;
  config.attrs = &overlap;
  config.numAttrs = device_properties().major >= 9 ? 1 : 0;
  cudaLaunchKernelEx(&config, kernel, Parameters(arguments)...);
}

}  // namespace seekd::model::kernels
