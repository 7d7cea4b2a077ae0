package main

import (
	"fmt"
	"strings"
)

// options reads a command line as getopt_long(3) does: `-qO-`, `-q -O -`, `--timeout=3`, `--timeout 3`, `--`.
type options struct {
	short map[rune]string // letter to long name
	takes map[string]bool // long name to "has a value"
}

type parsed struct {
	values map[string][]string
	rest   []string
}

func (p parsed) has(name string) bool { return len(p.values[name]) > 0 }

// last is the value that counts when an option is given more than once.
func (p parsed) last(name string) string {
	values := p.values[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

func (o options) parse(args []string) (parsed, error) {
	result := parsed{values: map[string][]string{}}
	for len(args) > 0 {
		argument := args[0]
		args = args[1:]
		switch {
		case argument == "--":
			result.rest = append(result.rest, args...)
			return result, nil
		case strings.HasPrefix(argument, "--"):
			name, value, hasValue := strings.Cut(argument[2:], "=")
			takes, known := o.takes[name]
			if !known {
				return result, fmt.Errorf("unrecognized option '--%s'", name)
			}
			if takes && !hasValue {
				if len(args) == 0 {
					return result, fmt.Errorf("option '--%s' requires an argument", name)
				}
				value, args = args[0], args[1:]
			}
			result.values[name] = append(result.values[name], value)
		case len(argument) > 1 && argument[0] == '-':
			var err error
			if args, err = o.letters(argument[1:], args, result); err != nil {
				return result, err
			}
		default:
			result.rest = append(result.rest, argument)
		}
	}
	return result, nil
}

// letters reads `qO-`: the first letter that takes a value takes the rest, or the next argument.
func (o options) letters(cluster string, args []string, into parsed) ([]string, error) {
	for i, letter := range cluster {
		name, known := o.short[letter]
		if !known {
			return args, fmt.Errorf("invalid option -- '%c'", letter)
		}
		if !o.takes[name] {
			into.values[name] = append(into.values[name], "")
			continue
		}
		value := cluster[i+len(string(letter)):]
		if value == "" {
			if len(args) == 0 {
				return args, fmt.Errorf("option requires an argument -- '%c'", letter)
			}
			value, args = args[0], args[1:]
		}
		into.values[name] = append(into.values[name], value)
		return args, nil
	}
	return args, nil
}
