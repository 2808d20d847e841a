// What seekctl writes for people. Text of pages and of the model never reaches a terminal as
// control characters.
//
// Pure but for say(); one thread.
#pragma once

#include <string>
#include <string_view>

#include "ctl/exit_status.h"
#include "policy/result.h"

namespace seekd::ctl {

// Visible characters and line breaks only (policy::visible_text).
std::string terminal_text(std::string_view text);

// The same on one line, cut after `characters_max` characters ("…").
std::string terminal_line(std::string_view text, std::size_t characters_max = 200);

// One field of a line: visible characters as they are; controls, what no reader sees, separators of
// lines and bytes that are not UTF-8 as \xNN.
std::string field(std::string_view text);

// A sentence for standard error, with the program's name before it.
void say(std::string_view message);
ExitStatus refuse(const Error& error);

}  // namespace seekd::ctl
