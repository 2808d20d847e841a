// A watch on a terminal, and the moments of a calendar as text.
//
// Prints to standard output; one thread.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::ctl {

// One line: number, URL, rhythm, latest outcome, next run.
void print_watch_line(const boost::json::object& watch);
// All of it, the latest runs first.
void print_watch(const boost::json::object& watch);
// An answer to a standing question, as one who follows is told.
void print_event(const boost::json::object& event);
// What all watches have used of the day.
void print_refresh(const boost::json::object& refresh);

// "2026-03-01T12:00:00Z"; "" is now. Errors: invalid_argument.
Result<TimePoint> moment_of(const std::string& text);
std::string moment_text(TimePoint moment);

}  // namespace seekd::ctl
