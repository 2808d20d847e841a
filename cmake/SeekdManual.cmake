# Manual pages and shell completions, written from what the built programs print for --help. Included where all programs
# are built.
include(GNUInstallDirs)

set(manual "${CMAKE_BINARY_DIR}/manual")
set(manual_programs seekd seekd-fetcher seekctl seekctl-cache seekctl-eval)
file(GLOB manual_scripts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/scripts/manual/*.py")
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(
  OUTPUT "${manual}/written"
  COMMAND ${CMAKE_COMMAND} -E rm -rf "${manual}"
  COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/scripts/write-manual" "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
          "${CMAKE_SOURCE_DIR}/config/default.toml" "${manual}"
  COMMAND ${CMAKE_COMMAND} -E touch "${manual}/written"
  DEPENDS ${manual_programs} ${manual_scripts} "${CMAKE_SOURCE_DIR}/scripts/write-manual" "${CMAKE_SOURCE_DIR}/config/default.toml"
  COMMENT "Writing manual pages and completions"
  VERBATIM)
add_custom_target(manual ALL DEPENDS "${manual}/written")

foreach(section 1 5 8)
  install(DIRECTORY "${manual}/man${section}" DESTINATION "${CMAKE_INSTALL_MANDIR}")
endforeach()
install(DIRECTORY "${manual}/bash/" DESTINATION share/bash-completion/completions)
install(DIRECTORY "${manual}/zsh/" DESTINATION share/zsh/vendor-completions)
install(DIRECTORY "${manual}/fish/" DESTINATION share/fish/vendor_completions.d)
