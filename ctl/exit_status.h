// How seekctl ends; scripts branch on it.
#pragma once

namespace seekd::ctl {

enum class ExitStatus : int {
  done = 0,
  refused = 1,  // a verdict said no, or something failed; standard error says what
  usage = 2,    // the command line is wrong
};

}  // namespace seekd::ctl
