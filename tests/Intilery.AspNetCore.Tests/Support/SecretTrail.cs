using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Collects what passes an application in addresses and forms and is nobody else's to know.</summary>
public sealed class SecretTrail
{
    private static readonly string[] _names =
    [
        "code", "state", "__RequestVerificationToken", "Input.Code", "Input.Password", "Input.NewPassword", "Input.OldPassword",
        "Input.ConfirmPassword", "Input.RecoveryCode",
    ];

    private readonly ConcurrentDictionary<string, string> _found = new();
    private readonly ConcurrentDictionary<string, bool> _pages = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the secrets and where each was met. A code of an authenticator app is too short to look for.</summary>
    public IReadOnlyDictionary<string, string> Found => _found;

    /// <summary>Gets the pages that were asked for, with their method.</summary>
    public IReadOnlyCollection<string> Pages => [.. _pages.Keys];

    public void Watch(WebApplication app) => app.Use(async (context, next) =>
    {
        _pages.TryAdd($"{context.Request.Method} {context.Request.Path}", true);
        AddAll(context.Request.Query.Select(pair => (pair.Key, pair.Value.ToString())));
        if (context.Request.HasFormContentType)
        {
            AddAll((await context.Request.ReadFormAsync(context.RequestAborted)).Select(pair => (pair.Key, pair.Value.ToString())));
        }

        await next(context);
        if (context.Response.Headers.Location.ToString() is { Length: > 0 } location && location.Contains('?', StringComparison.Ordinal))
        {
            AddAll(QueryHelpers.ParseQuery(location[location.IndexOf('?', StringComparison.Ordinal)..]).Select(pair => (pair.Key, pair.Value.ToString())));
        }
    });

    public void Add(string name, string value)
    {
        if (value.Length < 8)
        {
            return;
        }

        _found.TryAdd(value, name);
        _found.TryAdd(Uri.EscapeDataString(value), name);

        // Identity's codes are text in Base64Url.
        if (name == "code" && TryDecode(value) is { } decoded)
        {
            _found.TryAdd(decoded, name);
        }
    }

    private void AddAll(IEnumerable<(string Name, string Value)> pairs)
    {
        foreach (var (name, value) in pairs.Where(pair => _names.Contains(pair.Name, StringComparer.OrdinalIgnoreCase)))
        {
            Add(name, value);
        }
    }

    private static string? TryDecode(string value)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(value));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
