#include "daemon/refresh/watch.h"

namespace seekd::daemon {

std::string_view to_string(Rhythm rhythm) {
  switch (rhythm) {
    case Rhythm::calendar:
      return "calendar";
    case Rhythm::interval:
      return "interval";
    case Rhythm::learned:
      return "learned";
  }
  return "learned";
}

std::string_view to_string(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::added:
      return "added";
    case RunOutcome::unchanged:
      return "unchanged";
    case RunOutcome::changed:
      return "changed";
    case RunOutcome::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace seekd::daemon
