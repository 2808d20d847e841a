#include "ctl/tone.h"

#include <cstdlib>

#include <unistd.h>

namespace seekd::ctl {
namespace {

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

std::string_view begin_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[1;31m";
  }
  return "";
}

}  // namespace

Colours colours_of(int descriptor) {
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(descriptor) == 1 && !dumb && !is_set("NO_COLOR") ? Colours::shown : Colours::none;
}

std::string toned(std::string_view text, Tone tone, Colours colours) {
  if (colours == Colours::none) return std::string(text);
  return std::string(begin_of(tone)).append(text).append("\x1b[0m");
}

}  // namespace seekd::ctl
