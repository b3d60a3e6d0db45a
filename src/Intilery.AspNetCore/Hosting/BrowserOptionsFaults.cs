using System.Buffers;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Validates the section <c>Intilery:Browser</c>: its values are written into headers and the script.</summary>
internal static class BrowserOptionsFaults
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    // The characters of a cookie name (RFC 9110, "token"), without those that the tag would escape.
    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create(Letters + "-_.");
    private static readonly SearchValues<char> _variableCharacters = SearchValues.Create(Letters + "_$");
    private static readonly SearchValues<char> _domainCharacters = SearchValues.Create(Letters + "-.");

    public static void Find(IntileryBrowserOptions options, List<string> errors)
    {
        Of(options.CookieDomain, "CookieDomain", _domainCharacters, "a domain, such as example.com", errors);
        Of(options.CookiePrefix, "CookiePrefix", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.AnonymousIdCookie, "AnonymousIdCookie", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.UserIdCookie, "UserIdCookie", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.GroupIdCookie, "GroupIdCookie", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.ResetCookie, "ResetCookie", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.IdentifyCookie, "IdentifyCookie", _nameCharacters, "of letters, digits, '-', '_' and '.'", errors);
        Of(options.TagVariable, "TagVariable", _variableCharacters, "the name of a variable, such as analytics", errors);
    }

    private static void Of(string? value, string key, SearchValues<char> characters, string expected, List<string> errors)
    {
        if (value is not null && (value.Length == 0 || value.AsSpan().ContainsAnyExcept(characters)))
        {
            errors.Add($"Intilery:Browser:{key} is '{value}', but must be {expected}.");
        }
    }
}
