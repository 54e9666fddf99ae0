package apikey

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

// parseBase62 reads text into the big-endian number dst. It tells false for a
// character that is no digit and for a number that does not fit.
func parseBase62(dst []byte, text string) bool {
	clear(dst)
	for i := range len(text) {
		carry, ok := digit(text[i])
		if !ok {
			return false
		}
		for j := len(dst) - 1; j >= 0; j-- {
			carry += uint(dst[j]) * 62
			dst[j] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	return true
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
