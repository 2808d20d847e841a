# libtorch as our scripts/setup lays it out (the Python package's torch/ folder), or as SEEKD_TORCH_DIR or Torch_DIR
# name it. TorchConfig.cmake of a CUDA build wants the whole CUDA toolkit on a host that has no GPU; we need two
# shared libraries and the headers. libtorch_cuda is loaded at run time where there is a GPU (model/device.cpp).
#
# Gives the target Libtorch::Libtorch.

set(SEEKD_TORCH_DIR "$ENV{SEEKD_TORCH_DIR}" CACHE PATH "libtorch: the folder that holds include/ and lib/")
if(NOT SEEKD_TORCH_DIR AND Torch_DIR) # .../share/cmake/Torch
  get_filename_component(SEEKD_TORCH_DIR "${Torch_DIR}/../../.." ABSOLUTE)
elseif(NOT SEEKD_TORCH_DIR)
  set(SEEKD_TORCH_DIR "${SEEKD_CACHE_DIR}/torch-2.11.0/torch")
endif()

find_path(LIBTORCH_INCLUDE_DIR ATen/ATen.h PATHS "${SEEKD_TORCH_DIR}/include" NO_DEFAULT_PATH)
find_library(LIBTORCH_CPU_LIBRARY torch_cpu PATHS "${SEEKD_TORCH_DIR}/lib" NO_DEFAULT_PATH)
find_library(LIBTORCH_C10_LIBRARY c10 PATHS "${SEEKD_TORCH_DIR}/lib" NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS LIBTORCH_INCLUDE_DIR LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY
  REASON_FAILURE_MESSAGE "no libtorch under '${SEEKD_TORCH_DIR}': run scripts/setup, or set SEEKD_TORCH_DIR")

if(Libtorch_FOUND AND NOT TARGET Libtorch::Libtorch)
  add_library(Libtorch::Libtorch INTERFACE IMPORTED GLOBAL)
  target_include_directories(Libtorch::Libtorch SYSTEM INTERFACE "${LIBTORCH_INCLUDE_DIR}"
    "${LIBTORCH_INCLUDE_DIR}/torch/csrc/api/include")
  target_link_libraries(Libtorch::Libtorch INTERFACE "${LIBTORCH_CPU_LIBRARY}" "${LIBTORCH_C10_LIBRARY}")
endif()
