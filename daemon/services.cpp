#include "daemon/services.h"

#include <chrono>
#include <random>

namespace seekd::daemon {

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string random_hex(std::size_t digits) {
  std::random_device source;  // getrandom(2) or its like
  std::uniform_int_distribution<std::size_t> digit(0, 15);
  std::string text;
  while (text.size() < digits) text.push_back("0123456789abcdef"[digit(source)]);
  return text;
}

}  // namespace seekd::daemon
