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

// parse128 reads text as a number of 128 bits, high half first. It tells false
// for a character that is no digit and for a number that does not fit.
func parse128(text string) (hi, lo uint64, ok bool) {
	for i := range len(text) {
		d, ok := digit(text[i])
		if !ok {
			return 0, 0, false
		}
		top, carried := bits.Mul64(hi, 62)
		carry, low := bits.Mul64(lo, 62)
		low, c1 := bits.Add64(low, uint64(d), 0)
		high, c2 := bits.Add64(carried, carry, c1)
		if top|c2 != 0 {
			return 0, 0, false
		}
		hi, lo = high, low
	}
	return hi, lo, true
}

func isBase62(text string) bool {
	for i := range len(text) {
		if _, ok := digit(text[i]); !ok {
			return false
		}
	}
	return true
}

func digit(c byte) (uint, bool) {
	switch {
	case '0' <= c && c <= '9':
		return uint(c - '0'), true
	case 'A' <= c && c <= 'Z':
		return uint(c-'A') + 10, true
	case 'a' <= c && c <= 'z':
		return uint(c-'a') + 36, true
	}
	return 0, false
}
