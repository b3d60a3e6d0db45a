using System.Runtime.CompilerServices;
using System.Text;

namespace Intilery.AspNetCore.Events;

/// <summary>The rules for strings in messages.</summary>
internal static class EventText
{
    /// <summary>The maximum length of a property's value, in UTF-16 characters; longer values are cut.</summary>
    public const int MaxValueLength = 1024;

    /// <summary>
    /// The maximum length of a value that came from a request or a user row: with these three limits, no captured event can reach 32 KB.
    /// </summary>
    public const int MaxCapturedLength = 256;

    /// <summary>The maximum length of user agents and paths, which are longer than names.</summary>
    public const int MaxCapturedPathLength = 512;

    /// <summary>The maximum length of campaign parameters.</summary>
    public const int MaxCampaignLength = 128;

    /// <summary>
    /// The longest id, in UTF-16 characters: that of Identity's own string keys, because SQL Server indexes no more of a key (900 bytes;
    /// 1,700 beside others, MySQL 3,072).
    /// </summary>
    public const int MaxIdLength = 450;

    private const char Replacement = '\uFFFD';

    /// <summary>Cuts the value, turns control characters into spaces and unpaired surrogates into U+FFFD.</summary>
    public static string Clean(string value, int maxLength)
    {
        // Nearly all text is printable ASCII; the search for anything else is vectorised.
        if (value.Length <= maxLength && IsPrintableAscii(value))
        {
            return value;
        }

        var length = Math.Min(value.Length, maxLength);
        if (length < value.Length && char.IsHighSurrogate(value[length - 1]))
        {
            length--;
        }

        for (var i = 0; i < length; i++)
        {
            if (char.IsControl(value[i]) || char.IsSurrogate(value[i]))
            {
                return Rewrite(value.AsSpan(0, length));
            }
        }

        return length == value.Length ? value : value[..length];
    }

    /// <summary>As <see cref="Clean"/>, for values from a browser or a user row: an empty value becomes <see langword="null"/>.</summary>
    public static string? Captured(string? value, int maxLength = MaxCapturedLength) =>
        string.IsNullOrWhiteSpace(value) ? null : Clean(value, maxLength);

    /// <summary>Returns whether the value is a valid id.</summary>
    public static bool IsId(string? value) => value is not null && IdFault(value) is null;

    /// <summary>Throws if the value is not a valid id. Ids are not cleaned: an altered id could be another user's.</summary>
    /// <exception cref="ArgumentException">
    /// The id is empty, too long, begins or ends with white space, or holds control characters or unpaired surrogates.
    /// </exception>
    public static void ThrowIfNotId(string value, string member, [CallerArgumentExpression(nameof(value))] string? parameter = null)
    {
        if (IdFault(value) is { } fault)
        {
            throw new ArgumentException($"{member} {fault}.", parameter);
        }
    }

    /// <summary>Returns why the value is not a valid id; <see langword="null"/> if it is.</summary>
    public static string? IdFault(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return "must not be empty";
        }

        if (value.Length > MaxIdLength)
        {
            return $"must not be longer than {MaxIdLength} characters, but has {value.Length}";
        }

        // Databases ignore trailing white space when they compare.
        if (char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]))
        {
            return "must not begin or end with white space";
        }

        if (IsPrintableAscii(value))
        {
            return null;
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsControl(value[i]))
            {
                return $"must not contain control characters, but has U+{(int)value[i]:X4} at {i}";
            }

            if (char.IsSurrogate(value[i]))
            {
                if (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                {
                    return $"must not contain unpaired surrogates, but has U+{(int)value[i]:X4} at {i}";
                }

                i++;
            }
        }

        return null;
    }

    private static bool IsPrintableAscii(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static string Rewrite(ReadOnlySpan<char> value)
    {
        var clean = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var current = value[i];
            if (!char.IsSurrogate(current))
            {
                clean.Append(char.IsControl(current) ? ' ' : current);
            }
            else if (i + 1 < value.Length && char.IsSurrogatePair(current, value[i + 1]))
            {
                clean.Append(current).Append(value[++i]);
            }
            else
            {
                clean.Append(Replacement);
            }
        }

        return clean.ToString();
    }
}
