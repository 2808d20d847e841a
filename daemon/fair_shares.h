// FairShares: whose work is done next where several callers' work waits for one resource.
//
// Start-time fair queueing (P. Goyal, H. Vin, H. Cheng, "Start-Time Fair Queuing", 1996) by the
// time that a piece of work takes: next is the caller who has had least for his share. Who comes
// begins at what the least of those who are there has had, so that quiet is not saved up, and who
// has gone owes nothing. How long a piece takes is not known when it begins: it is counted as long
// as pieces took of late, and set right at its end. No clock. One thread at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace seekd::daemon {

// Whose work it is; callers who are not known are one.
struct Claimant {
  std::string name;
  std::size_t share = 1;  // beside the others'; REQUIRES: > 0
};

class FairShares {
 public:
  using Duration = std::chrono::duration<double>;

  // One more piece of his waits.
  void arrived(const Claimant& claimant);

  // A piece of his that waited goes unserved.
  void left(const Claimant& claimant);

  // REQUIRES: one of his waits. What it is counted as, for ended().
  Duration began(const Claimant& claimant);
  void ended(const Claimant& claimant, Duration counted, Duration took);

  // Has `a` had less for his share than `b`? REQUIRES: work of both waits.
  bool comes_before(const Claimant& a, const Claimant& b) const;

 private:
  struct Account {
    double had = 0;           // seconds, by the share, of what has ended
    double running = 0;       // likewise, as what runs is counted
    std::size_t present = 0;  // pieces that wait or run
  };

  std::map<std::string, Account, std::less<>> accounts_;  // of those who are there
  Duration usual_{1};                                     // that a piece takes
};

}  // namespace seekd::daemon
