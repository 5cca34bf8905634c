/** Numbers as people read them in a terminal. */

/** `8.4 s`, `2:05 min`, `1:02 h`: nine columns at most below 1000 hours. */
export function duration(seconds: number): string {
  // 59.95 s would print as "60.0 s".
  if (seconds < 59.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}:${twoDigits(whole % 60)} min`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)} h`;
}

/** An estimate has no tenths of a second. */
export function roughDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : duration(whole);
}

/** A forecast is not known to the second: `40 s`, `3 min`, `1 h 20 min`. */
export function inShort(seconds: number): string {
  if (seconds < 55) return `${Math.max(5, 5 * Math.round(seconds / 5))} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  // Nor is one of hours known to the minute.
  const rounded = 10 * Math.round(minutes / 10);
  const rest = rounded % 60;
  return rest === 0 ? `${rounded / 60} h` : `${Math.floor(rounded / 60)} h ${rest} min`;
}

/** A share in [0, 1] as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `12 B`, `3.4 kB`, `1.2 MB`, `5.0 GB`: powers of ten. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `2026-11-24 09:05` in the machine's time zone. */
export function dateTime(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
  return `${day} ${timeOfDay(date)}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `14:03` today, `29 Nov 14:03` this year, else with the year, in the machine's time zone. */
export function shortTime(date: Date, now: Date): string {
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return time;
  if (date.getFullYear() === now.getFullYear()) return `${date.getDate()} ${MONTHS[date.getMonth()]} ${time}`;
  return dateTime(date);
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** `09:05` in the machine's time zone. */
export function timeOfDay(date: Date): string {
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** As `toISOString` writes it, on its own: no part of a name, an address or a command between backticks. */
const WRITTEN_TIME = /`[^`]*`|(?<![\w/.:-])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?![\w/:-])/g;

/** A sentence for programs and people alike, with its times as {@link shortTime} has them. */
export function withShortTimes(sentence: string, now: Date): string {
  return sentence.replace(WRITTEN_TIME, (found) => {
    const time = new Date(found);
    return found.startsWith("`") || Number.isNaN(time.getTime()) ? found : shortTime(time, now);
  });
}
