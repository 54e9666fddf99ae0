package permission_test

import "testing"

// bytesource draws a tree's shape from bytes, and zeros when they have run out.
type bytesource struct{ data []byte }

func (s *bytesource) IntN(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	drawn := int(s.data[0]) % n
	s.data = s.data[1:]
	return drawn
}

// FuzzEvaluator lets bytes choose a tree and checks all that holds for any tree:
// see agrees.
func FuzzEvaluator(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{2, 1, 0, 3, 0, 4})
	f.Add([]byte{1, 3, 1, 0, 1, 1, 0, 4}) // ~(d | ~pd)
	f.Add([]byte{3, 3, 2, 1, 0, 5, 0, 2, 1, 3, 1, 0, 6, 0, 7, 5, 0, 0, 3})
	all := append(append([]*kind{}, kinds...), worded...)
	f.Fuzz(func(t *testing.T, data []byte) {
		agrees(t, randomTree(&bytesource{data}, 6, all))
	})
}
