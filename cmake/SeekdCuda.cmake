# nvcc: $CUDACXX, the PATH's, /usr/local/cuda's, else what scripts/setup --gpu unpacked. Without it the program is whole and
# leaves the GPU to libtorch alone.
#
# Sets SEEKD_CUDA, and makes CUDA::cudart_static known.

if(NOT CMAKE_CUDA_COMPILER AND "$ENV{CUDACXX}" STREQUAL "")
  find_program(CMAKE_CUDA_COMPILER nvcc HINTS ENV PATH PATHS /usr/local/cuda/bin "${SEEKD_CACHE_DIR}/cuda-13.0/nvidia/cu13/bin")
endif()
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
