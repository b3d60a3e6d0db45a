using System.Net;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// What a browser sees of a response: its status, where it leads, and the cookies that the application sets, without their secrets.
/// </summary>
public sealed record HostAnswer(HttpStatusCode Status, string? Location, string Cookies, string Body)
{
    public static async Task<HostAnswer> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var cookies = response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines.Where(IsTheApplications).Select(WithoutValue) : [];
            return new HostAnswer(
                response.StatusCode, response.Headers.Location?.ToString(), string.Join('\n', cookies), await response.Content.ReadAsStringAsync());
        }
    }

    // The others tell the browser that a session has ended or begun.
    private static bool IsTheApplications(string line) =>
        !line.StartsWith("intilery_", StringComparison.Ordinal) && !line.StartsWith("ajs_", StringComparison.Ordinal);

    private static string WithoutValue(string line)
    {
        var (name, rest) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line.IndexOf(';', StringComparison.Ordinal));
        var attributes = rest < 0 ? string.Empty : line[rest..];
        return (line.Length > 200 ? $"{name}=(long)" : $"{name}=") + attributes;
    }
}
