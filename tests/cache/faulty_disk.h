// FaultyDisk: a disk that fails or loses its power, for the folder that it is told of.
//
// Linked into a program, it stands between that program's libraries and the C library's calls
// (open, write, fsync, rename, …), so that RocksDB and all of ours meet it as they would a real
// one. It knows what was synced: of each file how many bytes, of each folder which names. Without
// watch() everything passes through. Any thread.

#pragma once

#include <cstdint>
#include <filesystem>

namespace seekd::cache::faulty_disk {

// From now on, for all below `folder`. `stash` is a folder on the same disk, for what may have to
// come back.
void watch(const std::filesystem::path& folder, const std::filesystem::path& stash);

// At the so-manieth call from now on that changes the disk: what was not synced is lost, but for as
// much of it, in the order it was written, as `seed` says; and the process ends at once, with
// status 9.
void lose_power_at(std::uint64_t call, std::uint64_t seed);

inline constexpr int power_lost = 9;

enum class Calls : std::uint8_t { changes, reads };

// All calls that change the disk, or read files anywhere, fail with this errno until 0 is given.
void fail_with(Calls calls, int error);

}  // namespace seekd::cache::faulty_disk
