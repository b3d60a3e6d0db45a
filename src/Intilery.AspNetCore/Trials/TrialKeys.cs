using System.Security.Cryptography;
using System.Text;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Trials;

/// <summary>Names trials: by the application's own id, else by their account, else by their user.</summary>
internal static class TrialKeys
{
    private const string OfTrial = "trial:";

    public static string? Of(string? trialId, string? groupId, string? userId) =>
        trialId is not null ? Fit(OfTrial + trialId)
        : groupId is not null ? Fit("account:" + groupId)
        : userId is not null ? Fit("user:" + userId)
        : null;

    /// <summary>Returns the application's id of a trial; <see langword="null"/> if it gave none.</summary>
    public static string? TrialIdOf(string key) => key.StartsWith(OfTrial, StringComparison.Ordinal) ? key[OfTrial.Length..] : null;

    private static string Fit(string key) => key.Length <= EventText.MaxIdLength ? key : "hash:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
