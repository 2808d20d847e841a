// Does an element's own style keep its text from readers?
//
// Pure; any thread; linear in the style. CSS as CSS Syntax 3 reads it: comments, escapes and case
// make no difference. A style that hides and then shows again hides: who writes that hides.
#pragma once

#include <string_view>

namespace seekd::fetcher {

enum class StyleEffect {
  shown,
  transparent,  // and nothing else: pages fade in so, too
  hidden,  // not displayed, invisible, of no size, moved or clipped away, or in the colour that
           // it stands on
};

StyleEffect style_effect(std::string_view style);

}  // namespace seekd::fetcher
