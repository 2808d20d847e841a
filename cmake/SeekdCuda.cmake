# nvcc, where there is one on the PATH. Without it the program is whole
# and leaves the GPU to libtorch alone.
#
# Sets SEEKD_CUDA, and makes CUDA::cudart_static known.

include(CheckLanguage)
check_language(CUDA)
set(SEEKD_CUDA OFF)
if(CMAKE_CUDA_COMPILER AND NOT SEEKD_SANITIZE)
  # Ampere, Ada, Hopper, Blackwell; PTX of the last for what comes after.
  set(CMAKE_CUDA_ARCHITECTURES 80-real 89-real 90-real 100-real 120 CACHE STRING "GPUs that kernels are compiled for")
  set(CMAKE_CUDA_STANDARD 17)
  enable_language(CUDA)
  set(CMAKE_CUDA_FLAGS_RELWITHDEBINFO "-O3")
  find_package(CUDAToolkit REQUIRED)
  set(SEEKD_CUDA ON)
endif()
message(STATUS "Own GPU kernels: ${SEEKD_CUDA}")
