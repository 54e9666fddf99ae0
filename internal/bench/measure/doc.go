// Package measure runs ways to do the same work side by side, in rounds that take
// turns: A B C, B C A, C A B. What disturbs the machine for a while then disturbs all
// of them, and a ratio is taken within each round before the median of the rounds is.
package measure
