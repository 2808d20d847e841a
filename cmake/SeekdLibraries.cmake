# The libraries we depend on, each found once. libtorch has a module of its own (FindLibtorch.cmake).

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(Libtorch REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(EXPAT 2.5 REQUIRED)
find_package(ZLIB REQUIRED)

foreach(library md4c:md4c-html poppler:poppler-cpp xxhash:libxxhash pcre2:libpcre2-8>=10.40 idn2:libidn2 seccomp:libseccomp
                systemd:libsystemd tomlplusplus:tomlplusplus uchardet:uchardet prometheus:prometheus-cpp-core)
  string(REPLACE ":" ";" pair ${library})
  list(GET pair 0 target)
  list(GET pair 1 module)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${module})
endforeach()

# libbloom ships neither a pkg-config file nor a CMake package.
find_path(LIBBLOOM_INCLUDE_DIR bloom.h REQUIRED)
find_library(LIBBLOOM_LIBRARY bloom REQUIRED)
add_library(libbloom INTERFACE IMPORTED GLOBAL)
target_include_directories(libbloom INTERFACE "${LIBBLOOM_INCLUDE_DIR}")
target_link_libraries(libbloom INTERFACE "${LIBBLOOM_LIBRARY}")
