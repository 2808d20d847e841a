// TrustedClock: what time it is, on a host whose wall clock may be wrong.
//
// What expires, and what is fresh, hangs on the wall clock; and a battery that is empty, a typing
// error or a virtual machine that slept can move it by a year. The clock that counts since boot
// cannot be set. A step of the wall clock against it is believed where it is small; a larger one
// not before two hosts' Date headers agree with it, or it has stood for a day uncontradicted. Until
// then time goes on as the clock since boot says. Reasons: docs/decisions/0015.
//
// Plain data and decisions; one thread at a time; both clocks are arguments.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::policy {

inline constexpr std::chrono::seconds clock_step_max{3600};  // against the clock since boot
inline constexpr std::chrono::seconds clock_absence_max{3 * 24 *
                                                        3600};     // over a restart of the host
inline constexpr std::chrono::seconds clock_probation{24 * 3600};  // of a step without a witness
inline constexpr std::chrono::seconds clock_agreement{600};        // of a Date with a clock

// Both clocks at one moment.
struct Clocks {
  TimePoint wall;
  std::chrono::seconds since_boot{0};  // counts while the host sleeps, too

  bool operator==(const Clocks&) const = default;
};

// A moment at which the wall clock was trusted, as it is kept on disk.
struct ClockMark {
  Clocks clocks;
  std::string boot_id;  // of the kernel's run that `since_boot` counts in

  bool operator==(const ClockMark&) const = default;
};

enum class ClockTrust : std::uint8_t {
  trusted,  // the wall clock is the time
  forward,  // it stands later than what is believed
  back,     // it stands earlier
};
std::string_view to_string(ClockTrust trust);

class TrustedClock {
 public:
  struct Reading {
    TimePoint now;  // what is believed: for what is kept and what is written down
    TimePoint
        latest;  // the later of `now` and the wall clock: for whether something is still fresh
    ClockTrust trust = ClockTrust::trusted;
  };

  // `mark`: the last one that was kept, of this boot or an earlier one; nullopt: none.
  TrustedClock(const std::optional<ClockMark>& mark, std::string boot_id, const Clocks& start);

  // REQUIRES: since_boot does not go back.
  Reading read(const Clocks& clocks);

  // A server's reply, received now, was dated so. `host` is any name that tells servers apart.
  void witness(std::string_view host, TimePoint date, const Clocks& clocks);

  // To be kept; nullopt while the wall clock is not trusted.
  std::optional<ClockMark> mark(const Clocks& clocks);

 private:
  TimePoint believed(const Clocks& clocks) const;
  void trust(const Clocks& clocks);
  void doubt(const Clocks& clocks);

  const std::string boot_id_;
  Clocks anchor_;  // believed; time goes on from there
  bool trusted_ = true;
  Clocks doubted_;       // the wall clock as it was when it was first not trusted
  std::string witness_;  // the host that agreed with it; "" for none
};

}  // namespace seekd::policy
