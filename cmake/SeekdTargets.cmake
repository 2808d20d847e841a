# How our own targets are compiled: warnings are errors, sanitizers by preset, ccache where there is one.

find_program(SEEKD_CCACHE ccache)
if(SEEKD_CCACHE)
  # pch_defines and time_macros: without them ccache refuses every unit that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${SEEKD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
  # nvcc preprocesses without __CUDA_ARCH__: what only a device sees would be missing from the key.
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 ${SEEKD_CCACHE})
endif()

add_library(seekd_flags INTERFACE)
target_compile_options(seekd_flags INTERFACE -Wall -Wextra -Wpedantic -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(seekd_flags INTERFACE
    -fpch-preprocess
    # GCC 12 reports false positives out of libstdc++ and Boost headers at -O2.
    -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer)
else()
  # clang 19 warns of what libstdc++ 12's own stable_sort calls.
  target_compile_options(seekd_flags INTERFACE -Wno-deprecated-declarations)
endif()
target_compile_definitions(seekd_flags INTERFACE SEEKD_VERSION="${PROJECT_VERSION}")
target_include_directories(seekd_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(SEEKD_SANITIZE)
  target_compile_options(seekd_flags INTERFACE -fsanitize=${SEEKD_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  target_link_options(seekd_flags INTERFACE -fsanitize=${SEEKD_SANITIZE})
else()
  target_compile_options(seekd_flags INTERFACE -fstack-protector-strong
    $<$<CONFIG:RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
  target_link_options(seekd_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(SEEKD_FUZZ)
  target_compile_options(seekd_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
# Full debug information triples the link time on two cores; line tables are enough for a stack trace.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

# seekd_library(NAME SOURCES... LINK libraries...): a static library of one folder.
function(seekd_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC seekd_flags ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
endfunction()

# seekd_test(NAME SOURCES... LINK...): one Catch2 program, registered with ctest under its own name.
function(seekd_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE seekd_catch_main ${arg_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
endfunction()
