using System.Buffers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Finds everything that is wrong with the options, at once. The token is never part of a message.</summary>
internal sealed class IntileryOptionsValidator(IHostEnvironment environment, IServiceProviderIsService? services = null)
    : IValidateOptions<IntileryOptions>
{
    public ValidateOptionsResult Validate(string? name, IntileryOptions options)
    {
        if (!options.Enabled)
        {
            return ValidateOptionsResult.Success;
        }

        var errors = new List<string>(options.UnreadableValues);
        Account(options, errors);
        Text(options, errors);
        PeopleFaults.Find(options, errors);
        Limits(options, errors);
        BrowserOptionsFaults.Find(options.Browser, errors);
        if (options.Outbox.Protect && services?.IsService(typeof(IDataProtectionProvider)) == false)
        {
            errors.Add(
                "Intilery:Outbox:Protect is true, but the application has no Data Protection. Call builder.Services.AddDataProtection(), and keep its keys where a new process finds them.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private void Account(IntileryOptions options, List<string> errors)
    {
        if (!options.CaptureOnly && !(options.HasNoAccount && environment.IsDevelopment()))
        {
            if (options.HasNoAccount)
            {
                errors.Add(
                    "Intilery:AuthToken and Intilery:ClientId are not set. Set Intilery__AuthToken and Intilery__ClientId to deliver, "
                    + "Intilery__CaptureOnly=true to capture without delivering, or Intilery__Enabled=false to switch tracking off.");
            }
            else
            {
                Require(options.ClientId, "Intilery:ClientId", errors);
                Require(options.AuthToken, "Intilery:AuthToken", errors);
            }
        }

        Label(options.ClientId, "Intilery:ClientId", "lower case", char.IsAsciiLetterLower, errors);
        Label(options.AccountId, "Intilery:AccountId", "lower case", char.IsAsciiLetterLower, errors);
        Label(options.BrandId, "Intilery:BrandId", "UPPER CASE", char.IsAsciiLetterUpper, errors);
        if (options.AuthToken?.Any(c => c is <= ' ' or > '~') == true)
        {
            errors.Add(
                "Intilery:AuthToken holds characters that a header cannot carry: white space, control characters or characters beyond ASCII.");
        }

        var address = options.BaseAddress;
        if (!address.IsAbsoluteUri
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            errors.Add($"Intilery:BaseAddress is '{Shown(address)}', but must be an absolute https address, or http on loopback.");
        }
        else if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            errors.Add("Intilery:BaseAddress must have no user, query or fragment.");
        }
    }

    private static void Text(IntileryOptions options, List<string> errors)
    {
        NotBlank(options.UserIdClaimType, "Intilery:UserIdClaimType", errors);
        NotBlank(options.Tenant.ClaimType, "Intilery:Tenant:ClaimType", errors);
        NotBlank(options.Tenant.RoleClaimType, "Intilery:Tenant:RoleClaimType", errors);
        NotBlank(options.Outbox.Path, "Intilery:Outbox:Path", errors);
        NotBlank(options.Outbox.SpillPath, "Intilery:Outbox:SpillPath", errors);
        PeopleFaults.Defined(options.SignUp.When, "Intilery:SignUp:When", errors);
        PeopleFaults.Defined(options.Delivery.Compression, "Intilery:Delivery:Compression", errors);

        for (var i = 0; i < options.Tenant.ClaimTypes.Count; i++)
        {
            NotBlank(options.Tenant.ClaimTypes[i], $"Intilery:Tenant:ClaimTypes:{i}", errors);
        }

        for (var i = 0; i < options.TrackedSchemes.Count; i++)
        {
            NotBlank(options.TrackedSchemes[i], $"Intilery:TrackedSchemes:{i}", errors);
        }

        for (var i = 0; i < options.MachineSchemes.Count; i++)
        {
            NotBlank(options.MachineSchemes[i], $"Intilery:MachineSchemes:{i}", errors);
        }
    }

    private static void Limits(IntileryOptions options, List<string> errors)
    {
        Between(options.Capture.MaxEventsPerRequest, 1, 1_000_000, "Intilery:Capture:MaxEventsPerRequest", errors);
        Between(
            options.Outbox.CommitTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), "Intilery:Outbox:CommitTimeout", errors);
        Between(
            options.Delivery.RequestTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), "Intilery:Delivery:RequestTimeout", errors);
        Between(options.Delivery.ShutdownTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), "Intilery:Delivery:ShutdownTimeout", errors);
        Between(options.Outbox.MaxBytes, 16L << 20, 1L << 40, "Intilery:Outbox:MaxBytes", errors);
        Between(options.Delivery.MaxBacklogAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), "Intilery:Delivery:MaxBacklogAge", errors);
        Between(options.Delivery.RequestsPerSecond, 1, 100, "Intilery:Delivery:RequestsPerSecond", errors);
        Between(options.Delivery.RequestBurst, 1, 500, "Intilery:Delivery:RequestBurst", errors);
        Between(
            options.Outbox.DeadLetterRetention,
            TimeSpan.FromHours(1),
            TimeSpan.FromDays(400),
            "Intilery:Outbox:DeadLetterRetention",
            errors);
        Between(options.Outbox.BufferCapacity, 100, 1_000_000, "Intilery:Outbox:BufferCapacity", errors);
    }

    private static void Require(string? value, string key, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add(
                $"{key} is not set, but others of the account's settings are. Set {key.Replace(":", "__", StringComparison.Ordinal)}, "
                + "or Intilery__CaptureOnly=true to capture without delivering.");
        }
    }

    private static void Label(string? value, string key, string letters, Func<char, bool> isLetter, List<string> errors)
    {
        if (value is not null && !value.All(c => isLetter(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
        {
            errors.Add($"{key} is '{value}', but must be of letters in {letters}, digits, '-' and '_'.");
        }
    }

    private static void NotBlank(string? value, string key, List<string> errors)
    {
        if (value is not null && string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{key} is blank.");
        }
    }

    private static void Between<T>(T value, T least, T most, string key, List<string> errors)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            errors.Add($"{key} is {value}, but must be from {least} to {most}.");
        }
    }

    // An address may hold a user and a password.
    private static string Shown(Uri address) =>
        address.IsAbsoluteUri
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : address.OriginalString;
}

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

/// <summary>Validates the sections <c>Privacy</c>, <c>Exclude</c> and <c>Impersonation</c>.</summary>
internal static class PeopleFaults
{
    public static void Find(IntileryOptions options, List<string> errors)
    {
        Properties(options.Privacy.Properties, errors);
        Defined(options.Privacy.PersonalData, "Intilery:Privacy:PersonalData", errors);
        Defined(options.Privacy.PageUrl, "Intilery:Privacy:PageUrl", errors);
        Each(options.Exclude.EmailDomains, "Intilery:Exclude:EmailDomains", Domain, errors);
        Each(options.Exclude.UserIds, "Intilery:Exclude:UserIds", NotBlank, errors);
        Each(options.Exclude.Roles, "Intilery:Exclude:Roles", NotBlank, errors);
        Each(options.Impersonation.ClaimTypes, "Intilery:Impersonation:ClaimTypes", NotBlank, errors);
    }

    private static void Properties(IList<string> properties, List<string> errors)
    {
        if (properties is [IntileryPrivacyOptions.NoProperties])
        {
            return;
        }

        var possible = string.Join(", ", IntileryPrivacyOptions.PersonalProperties);
        Each(
            properties,
            "Intilery:Privacy:Properties",
            property => IntileryPrivacyOptions.PersonalProperties.Contains(property)
                ? null
                : $"is '{property}', but must be one of {possible}; or the only one, '{IntileryPrivacyOptions.NoProperties}'.",
            errors);
    }

    private static void Each(IList<string> values, string key, Func<string, string?> faultOf, List<string> errors)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (faultOf(values[i]) is { } fault)
            {
                errors.Add($"{key}:{i} {fault}");
            }
        }
    }

    /// <summary>Reports a number that is not a value of the enumeration.</summary>
    public static void Defined<T>(T value, string key, List<string> errors)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            errors.Add($"{key} is '{value}', but must be {string.Join(" or ", Enum.GetNames<T>())}.");
        }
    }

    private static string? NotBlank(string value) => string.IsNullOrWhiteSpace(value) ? "is blank." : null;

    private static string? Domain(string value) =>
        NotBlank(value)
            ?? (Uri.CheckHostName(value) == UriHostNameType.Dns ? null : $"is '{value}', but must be a domain such as example.com, without '@'.");
}
