// Programs that a benchmark starts, and what they cost.
//
// One thread. A program that cannot be started ends the benchmark (CLI::RuntimeError), with a
// sentence on standard error.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace seekd::bench {

[[noreturn]] void give_up(const std::string& why);

// Runs a program to its end; processor seconds of it and of what it waited for. Gives up where it
// fails.
double run(const std::vector<std::string>& command);

// What a program writes to standard output, to its end. Gives up where it fails.
std::string output_of(const std::vector<std::string>& command);

// A program that runs beside; ended with the object.
class Child {
 public:
  Child() = default;
  // Standard error goes to `log`.
  Child(const std::vector<std::string>& command, const std::string& log);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child() { end(); }

  void end();
  bool has_ended();

  double resident_mib() const;
  std::size_t open_files() const;

  // Of the program and all that it started, those that have ended included.
  double cpu_seconds_of_tree() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace seekd::bench
