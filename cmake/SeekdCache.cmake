# Where scripts/setup puts what is no Debian package, for all checkouts of a machine.
#
# Sets SEEKD_CACHE_DIR.

set(SEEKD_CACHE_DIR "$ENV{XDG_CACHE_HOME}")
if(NOT SEEKD_CACHE_DIR)
  set(SEEKD_CACHE_DIR "$ENV{HOME}/.cache")
endif()
string(APPEND SEEKD_CACHE_DIR "/seekd")
