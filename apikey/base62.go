package apikey

import "math/bits"

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// appendBase62 appends the big-endian number n in exactly width digits. n holds
// at most 32 bytes, and width enough for them.
func appendBase62(dst, n []byte, width int) []byte {
	var number [32]byte
	rest := number[:copy(number[:], n)]
	start := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; i >= start; i-- {
		dst[i] = alphabet[divide(rest, 62)]
	}
	return dst
}

// divide divides the big-endian number in place and returns the remainder.
func divide(number []byte, by uint) (remainder uint) {
	for i, b := range number {
		v := remainder<<8 | uint(b)
		number[i] = byte(v / by)
		remainder = v % by
	}
	return remainder
}

// chunk is how many digits a uint64 holds for sure: 62^10 < 2^60.
const chunk = 10

// parse128 reads text as a number of 128 bits, high half first. It tells false
// for a character that is no digit and for a number that does not fit.
func parse128(text string) (hi, lo uint64, ok bool) {
	for len(text) > 0 {
		part, scale, seen := uint64(0), uint64(1), uint8(0)
		n := min(len(text), chunk)
		for i := range n {
			d := digits[text[i]]
			part, scale, seen = part*62+uint64(d), scale*62, seen|d
		}
		top, carried := bits.Mul64(hi, scale)
		carry, low := bits.Mul64(lo, scale)
		low, c1 := bits.Add64(low, part, 0)
		high, c2 := bits.Add64(carried, carry, c1)
		if seen&noDigit|uint8(c2) != 0 || top != 0 {
			return 0, 0, false
		}
		hi, lo, text = high, low, text[n:]
	}
	return hi, lo, true
}

func isBase62(text string) bool {
	seen := uint8(0)
	for i := range len(text) {
		seen |= digits[text[i]]
	}
	return seen&noDigit == 0
}

// noDigit is a bit that no digit has.
const noDigit = 1 << 7

// digits has the value of each character, and noDigit for one that is none.
var digits = func() *[256]uint8 {
	var values [256]uint8
	for i := range values {
		values[i] = noDigit
	}
	for i := range len(alphabet) {
		values[alphabet[i]] = uint8(i)
	}
	return &values
}()
