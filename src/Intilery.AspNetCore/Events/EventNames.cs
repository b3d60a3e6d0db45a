namespace Intilery.AspNetCore.Events;

/// <summary>The names of the specification's events, and the rules for the names of custom events.</summary>
internal static class EventNames
{
    public const string AccountAddedUser = "Account Added User";
    public const string AccountCreated = "Account Created";
    public const string AccountDeleted = "Account Deleted";
    public const string AccountRemovedUser = "Account Removed User";
    public const string InviteSent = "Invite Sent";
    public const string SignedIn = "Signed In";
    public const string SignedOut = "Signed Out";
    public const string SignedUp = "Signed Up";
    public const string TrialEnded = "Trial Ended";
    public const string TrialStarted = "Trial Started";

    /// <summary>The name that identify calls have where events have theirs.</summary>
    public const string Identify = "identify";

    private static readonly EventDefinition[] _definitions =
    [
        Events.AccountAddedUser.Specification,
        Events.AccountCreated.Specification,
        Events.AccountDeleted.Specification,
        Events.AccountRemovedUser.Specification,
        Events.InviteSent.Specification,
        Events.SignedIn.Specification,
        Events.SignedOut.Specification,
        Events.SignedUp.Specification,
        Events.TrialEnded.Specification,
        Events.TrialStarted.Specification,
    ];

    /// <summary>Gets the definition of each of the specification's events, by its name.</summary>
    public static IReadOnlyDictionary<string, EventDefinition> Definitions { get; } =
        _definitions.ToDictionary(definition => definition.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the record of each of the specification's events, by its name.</summary>
    public static IReadOnlyDictionary<string, Type> Specified { get; } =
        _definitions.ToDictionary(
            definition => definition.Name, definition => definition.Create().GetType(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the name of a custom event, cleaned.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, not plain text, or one of the specification's.</exception>
    public static string Custom(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Specified.TryGetValue(name, out var record))
        {
            throw new ArgumentException($"'{name}' is an event of the specification: track a {record.Name} instead.", nameof(name));
        }

        return EventText.Clean(name, EventText.MaxCapturedLength) == name
            ? name
            : throw new ArgumentException(
                $"The name of an event must be plain text of at most {EventText.MaxCapturedLength} characters.", nameof(name));
    }
}
