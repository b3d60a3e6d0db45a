using System.Text.RegularExpressions;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>
/// An answer without the package's own cookies, and without what differs from run to run whoever gives it: the date, the address,
/// and what is random by nature, which is replaced by its kind. Names, attributes and everything around it stay.
/// </summary>
internal static partial class AnswerText
{
    public static string Of(string answer, Visit visit) => Random().Replace(
        Removed().Replace(answer, string.Empty)
            .Replace(visit.App.Address.Authority, "app", StringComparison.Ordinal)
            .Replace(Uri.EscapeDataString(visit.App.Address.Authority), "app", StringComparison.Ordinal),
        match => match.Groups.Values.First(group => group.Success && group.Name != "0").Name);

    // The website tag's cookies are reset at a sign-out, and the markers tell its page of it.
    [GeneratedRegex("^(?:Date: |Set-Cookie: (?:intilery_|ajs_)).*\n", RegexOptions.Multiline)]
    private static partial Regex Removed();

    // What data protection made (cookies, tokens against forgery, bearer tokens, OAuth's state) begins with its magic header.
    [GeneratedRegex(
        """
        (?<protected>CfDJ8[\w%-]+)
        |(?<=\.Correlation\.)(?<correlation>[\w-]{43})
        |(?<guid>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=oauth-code-)[0-9a-f]{32})
        |(?<="(?:challenge|id)":")(?<binary>[\w-]{22,})
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Random();
}
