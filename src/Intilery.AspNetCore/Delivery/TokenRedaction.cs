using System.Globalization;
using System.Net;
using System.Text;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// Takes the token out of text from outside. A server or proxy may repeat what it was sent: whole or cut, as it stands or as addresses,
/// JSON, scripts and HTML write it, or one of these within another.
/// </summary>
internal static class TokenRedaction
{
    private const string Mask = "***";

    // A shorter part is as likely a word of the message. A token that is shorter itself counts as a whole.
    private const int ShortestPart = 8;

    // As of JSON within JSON, or within an address.
    private const int MaxNesting = 2;

    // The longest that is decoded: &#x0000007E;
    private const int LongestReference = 12;

    private static readonly Func<List<Letter>, int, (char Value, int Count)>[] _ways =
    [
        (letters, at) => letters[at].Value == '%' ? Hexadecimal(letters, at + 1, 2, 1) : default,
        (letters, at) => letters[at].Value == '\\' ? Escape(letters, at) : default,
        (letters, at) => letters[at].Value == '&' ? Reference(letters, at) : default,
    ];

    /// <summary>Returns the text with each part of the token masked. Call it before the text is cut: half a token is no match.</summary>
    public static string Redact(string text, string token)
    {
        if (token.Length == 0)
        {
            return text;
        }

        bool[]? secret = null;
        Search([.. text.Select((letter, at) => new Letter(letter, at, at + 1))], 0);
        return secret is null ? text : Masked(text, secret);

        // One way of writing at a time: what the token itself holds may look like another.
        void Search(List<Letter> letters, int nesting)
        {
            Find(letters, token, text.Length, ref secret);
            for (var way = 0; way < _ways.Length && nesting < MaxNesting; way++)
            {
                if (Decode(letters, _ways[way]) is var decoded && decoded.Count < letters.Count)
                {
                    Search(decoded, nesting + 1);
                }
            }
        }
    }

    private static void Find(List<Letter> letters, string token, int length, ref bool[]? secret)
    {
        var shortest = Math.Min(token.Length, ShortestPart);
        for (var start = 0; start <= letters.Count - shortest; start++)
        {
            var longest = 0;
            for (var from = 0; from <= token.Length - shortest; from++)
            {
                longest = Math.Max(longest, Common(letters, start, token, from));
            }

            if (longest >= shortest)
            {
                Array.Fill(
                    secret ??= new bool[length], true, letters[start].Start, letters[start + longest - 1].End - letters[start].Start);
            }
        }
    }

    // Whatever writes it in capitals gives it away as well.
    private static int Common(List<Letter> letters, int start, string token, int from)
    {
        var count = 0;
        while (start + count < letters.Count && from + count < token.Length
            && char.ToUpperInvariant(letters[start + count].Value) == char.ToUpperInvariant(token[from + count]))
        {
            count++;
        }

        return count;
    }

    private static List<Letter> Decode(List<Letter> letters, Func<List<Letter>, int, (char Value, int Count)> way)
    {
        var decoded = new List<Letter>(letters.Count);
        for (var at = 0; at < letters.Count;)
        {
            var (value, count) = way(letters, at);
            decoded.Add(count > 1 ? new Letter(value, letters[at].Start, letters[at + count - 1].End) : letters[at]);
            at += Math.Max(count, 1);
        }

        return decoded;
    }

    private static (char Value, int Count) Escape(List<Letter> letters, int at) => at + 1 == letters.Count ? default : letters[at + 1].Value switch
    {
        'u' => Hexadecimal(letters, at + 2, 4, 2),
        'x' => Hexadecimal(letters, at + 2, 2, 2),
        var value => (value, 2),
    };

    private static (char Value, int Count) Hexadecimal(List<Letter> letters, int at, int digits, int before)
    {
        Span<char> number = stackalloc char[digits];
        for (var i = 0; i < digits; i++)
        {
            number[i] = at + i < letters.Count ? letters[at + i].Value : ' ';
        }

        return ushort.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? ((char)code, before + digits)
            : default;
    }

    private static (char Value, int Count) Reference(List<Letter> letters, int at)
    {
        var reference = new StringBuilder();
        for (var i = at; i < letters.Count && reference.Length < LongestReference; i++)
        {
            reference.Append(letters[i].Value);
            if (letters[i].Value == ';')
            {
                return WebUtility.HtmlDecode(reference.ToString()) is [var value] ? (value, reference.Length) : default;
            }
        }

        return default;
    }

    private static string Masked(string text, bool[] secret)
    {
        var masked = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!secret[i])
            {
                masked.Append(text[i]);
            }
            else if (i == 0 || !secret[i - 1])
            {
                masked.Append(Mask);
            }
        }

        return masked.ToString();
    }

    // One letter of what was written, and where it stands in the text.
    private readonly record struct Letter(char Value, int Start, int End);
}
