// EchoFilter: takes out of an answer what the model repeats of its prompt and that is nobody's to
// read: the lines around the pages, how it was told to answer, what a system message tells it.
// Small models repeat these by themselves, and a page may ask for them.
//
// Not thread-safe; no I/O. Text comes in pieces, and goes out as soon as it is certain: what may
// become such a phrase is held back, at most held_bytes_max. However the text is cut into pieces,
// the result is the same. Letters are compared by ASCII's case, white space by its being there.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::daemon {

class EchoFilter {
 public:
  static constexpr std::size_t phrase_bytes_max =
      500;  // of a longer one its beginning is looked for
  static constexpr std::size_t held_bytes_max = 2 * phrase_bytes_max;  // with white space within
  static constexpr std::size_t phrases_max = 200;

  enum class Extent : std::uint8_t {
    anywhere,
    whole_line,  // nothing else stands in its line
  };
  struct Phrase {
    std::string text;
    Extent extent = Extent::anywhere;
  };

  // Nothing is taken out.
  EchoFilter() = default;
  // Beside the phrases, the tags around the pages without their marker: "<pages >".
  explicit EchoFilter(std::vector<Phrase> phrases);

  // What is certain of the text so far and has not been given out.
  std::string feed(std::string_view text);
  // The text has ended: the rest.
  std::string finish();

  std::size_t removed() const { return removed_; }  // phrases

 private:
  // A phrase that the text so far may be going on with.
  struct Begun {
    std::size_t phrase = 0;
    std::size_t matched = 0;  // bytes of it
    std::size_t at = 0;       // where in held_
  };
  enum class Fit : std::uint8_t {
    no,
    goes_on,
    ends,         // with this byte
    ended_above,  // before this byte, which ends its line
  };

  void add(Phrase phrase);
  Fit advance(Begun& begun, char next) const;
  bool step(char next);
  void take_out(std::size_t begin, std::size_t end);
  std::string give_out();

  std::vector<Phrase> phrases_;  // normalised
  std::array<std::vector<std::size_t>, 256> by_first_{};
  std::string held_;
  std::vector<Begun> begun_;
  char before_ = '\n';      // the byte before the next one
  bool line_blank_ = true;  // nothing but blanks in its line so far
  std::size_t removed_ = 0;
};

}  // namespace seekd::daemon
