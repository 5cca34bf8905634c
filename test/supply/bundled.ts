/** The libraries within sharp's prebuilt libvips, which its packages name in a file of versions and a table of licences. */

/** The release of `@img/sharp-libvips-…` that the table is of. */
export const BUNDLED_IN = "1.3.4";

/** Name, version and licence. libimagequant is the fork from before its licence changed, as the package's README says. */
export const BUNDLED: readonly (readonly [name: string, version: string, licence: string])[] = [
  ["aom", "3.15.1", "BSD-2-Clause"],
  ["libarchive", "3.8.9", "BSD-2-Clause"],
  ["cairo", "1.18.6", "MPL-1.1"],
  ["cgif", "0.5.4", "MIT"],
  ["libexif", "0.6.26", "LGPL-3.0-or-later"],
  ["expat", "2.8.5", "MIT"],
  ["libffi", "3.8.0", "MIT"],
  ["fontconfig", "2.18.3", "HPND"],
  ["freetype", "2.14.3", "FTL"],
  ["fribidi", "1.0.17", "LGPL-3.0-or-later"],
  ["glib", "2.90.0", "LGPL-3.0-or-later"],
  ["harfbuzz", "14.5.0", "MIT"],
  ["libheif", "1.23.5", "LGPL-3.0-or-later"],
  ["highway", "1.4.0", "BSD-3-Clause"],
  ["libimagequant", "2.4.1", "BSD-2-Clause"],
  ["lcms", "2.19.1", "MIT"],
  ["mozjpeg", "0826579", "Zlib AND IJG AND BSD-3-Clause"],
  ["pango", "1.58.2", "LGPL-3.0-or-later"],
  ["pixman", "0.46.4", "MIT"],
  ["libpng", "1.6.58", "libpng-2.0"],
  ["proxy-libintl", "0.5", "LGPL-3.0-or-later"],
  ["librsvg", "2.63.2", "LGPL-3.0-or-later"],
  ["libtiff", "4.7.2", "libtiff"],
  ["libultrahdr", "2.0.2", "MIT"],
  ["libvips", "8.18.7", "LGPL-3.0-or-later"],
  ["libwebp", "1.6.0", "BSD-3-Clause"],
  ["libxml2", "2.15.4", "MIT"],
  ["zlib-ng", "2.3.3", "Zlib"],
];
