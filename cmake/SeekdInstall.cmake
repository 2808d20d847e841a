# What `cmake --install build/release --prefix /usr` puts where. libtorch and the embedded models travel along (components libtorch
# and model), because neither is a package of Debian's; seekd looks for libtorch beside itself. The programs and units are
# installed by their own folders.
include(GNUInstallDirs)

set(libtorch_folder "${CMAKE_INSTALL_LIBDIR}/seekd")
file(RELATIVE_PATH from_bin "/bin" "/${libtorch_folder}")
set_target_properties(seekd seekctl-eval PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin}")

get_filename_component(libtorch_lib "${LIBTORCH_CPU_LIBRARY}" DIRECTORY)
install(DIRECTORY "${libtorch_lib}/" DESTINATION "${libtorch_folder}" COMPONENT libtorch
  FILES_MATCHING PATTERN "lib*.so*" PATTERN "libtorch_python.so" EXCLUDE PATTERN "libshm*" EXCLUDE)
# libtorch's own search path names its folder last, so the CUDA libraries may lie beside it.
file(GLOB cuda_folders LIST_DIRECTORIES true "${libtorch_lib}/../../nvidia/*/lib")
foreach(folder ${cuda_folders})
  install(DIRECTORY "${folder}/" DESTINATION "${libtorch_folder}" COMPONENT libtorch FILES_MATCHING PATTERN "*.so*")
endforeach()

# Where the units look, whatever the prefix was when this was configured.
install(FILES config/default.toml DESTINATION /etc/seekd RENAME seekd.toml)
install(FILES "${SEEKD_CACHE_DIR}/models/SmolLM2-135M-Instruct.Q4_1.gguf" DESTINATION share/seekd/models
  COMPONENT model OPTIONAL)
install(DIRECTORY "${SEEKD_CACHE_DIR}/models/all-MiniLM-L6-v2" DESTINATION share/seekd/models COMPONENT model
  OPTIONAL)
