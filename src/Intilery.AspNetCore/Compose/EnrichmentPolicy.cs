using Intilery.AspNetCore.Events;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Compose;

/// <summary>The options that decide the messages' content.</summary>
internal sealed class EnrichmentPolicy(IOptionsMonitor<IntileryOptions> options, MessageOrigin origin)
{
    private static readonly (string Property, ProfileMembers Member)[] _members =
    [
        ("first_name", ProfileMembers.FirstName),
        ("last_name", ProfileMembers.LastName),
        ("email", ProfileMembers.Email),
        ("phone", ProfileMembers.Phone),
        ("username", ProfileMembers.Username),
        ("title", ProfileMembers.Title),
    ];

    public MessageOrigin Origin => origin;

    /// <summary>Gets how long a request waits for the outbox, and for application code that a commit calls.</summary>
    public TimeSpan CommitTimeout => options.CurrentValue.Outbox.CommitTimeout;

    /// <summary>Whether the options leave this person out.</summary>
    public bool IsExcluded(string userId, string? email) =>
        options.CurrentValue.Exclude is { } exclude && (exclude.UserIds.Contains(userId) || exclude.HasDomainOf(email));

    /// <summary>Returns what may be sent of a person.</summary>
    public Profile Visible(Profile profile) =>
        options.CurrentValue.Privacy is { ShowsAll: false } privacy ? profile.Only(VisibleMembers(privacy)) : profile;

    /// <summary>
    /// Returns those of an application's own traits that may be sent: reserved ones are what they are, whatever their type.
    /// </summary>
    public IReadOnlyDictionary<string, object?>? Visible(IReadOnlyDictionary<string, object?>? traits) =>
        traits is null || options.CurrentValue.Privacy is not { ShowsAll: false } privacy
            ? traits
            : traits.Where(
                trait => Profile.PropertyOf(trait.Key) is not { } property || privacy.Shows(property)).ToDictionary(StringComparer.Ordinal);

    /// <summary>Returns what may be sent of an event about a person.</summary>
    public LifecycleEvent Visible(LifecycleEvent track) =>
        options.CurrentValue.Privacy is { ShowsAll: false } privacy && track.Definition is { } definition
        ? definition.Without(track, property => !privacy.Shows(property))
        : track;

    public bool Identify => options.CurrentValue.Identify;

    public bool SignOutWhenRevoked => options.CurrentValue.SignOut.WhenRevoked;

    private static ProfileMembers VisibleMembers(IntileryPrivacyOptions privacy) =>
        _members.Where(member => privacy.Shows(member.Property)).Aggregate(
            ProfileMembers.None, (visible, member) => visible | member.Member);
}
