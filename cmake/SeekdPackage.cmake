# Debian packages, by `cpack --config build/release/CPackConfig.cmake`: seekd, and libtorch and the embedded models apart from it, because
# neither changes when seekd does. Included last: CPack takes what is set by then.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR seekd)
set(CPACK_PACKAGE_CONTACT "seekd <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "answers questions with a local model, and reads the web through one guarded door")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL seekd libtorch model)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
# Half a gigabyte of libtorch takes seconds so, and minutes as xz.
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)

set(control "${CMAKE_SOURCE_DIR}/packaging/debian")
set(CPACK_DEBIAN_SEEKD_PACKAGE_NAME seekd)
set(CPACK_DEBIAN_SEEKD_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${libtorch_lib}")
set(CPACK_DEBIAN_SEEKD_PACKAGE_DEPENDS "seekd-libtorch, ca-certificates")
set(CPACK_DEBIAN_SEEKD_PACKAGE_RECOMMENDS seekd-model)
set(CPACK_DEBIAN_SEEKD_PACKAGE_SUGGESTS "nginx | haproxy, prometheus")
set(CPACK_DEBIAN_SEEKD_PACKAGE_CONTROL_EXTRA "${control}/conffiles;${control}/postinst;${control}/prerm;${control}/postrm")
set(CPACK_DEBIAN_SEEKD_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_COMPONENT_LIBTORCH_DESCRIPTION "libtorch, as seekd was built with it.")
set(CPACK_DEBIAN_LIBTORCH_PACKAGE_NAME seekd-libtorch)
set(CPACK_DEBIAN_LIBTORCH_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_MODEL_DESCRIPTION "A small language model and an embedder, so that seekd runs as installed.")
set(CPACK_DEBIAN_MODEL_PACKAGE_NAME seekd-model)
set(CPACK_DEBIAN_MODEL_PACKAGE_ARCHITECTURE all)

include(CPack)
