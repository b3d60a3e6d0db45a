using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Tracking;

/// <summary>What an event must be to be sent, checked where the application tells it: there is nobody to hear of it later.</summary>
internal static class EventRules
{
    // RFC 5321, section 4.5.3.1.3, without the angle brackets.
    private const int MaxEmailLength = 254;

    // As long as the ids that a scope adds may well be, and the library's and the application's names.
    private static readonly string _reserved = new('x', 128);

    /// <summary>Returns the event as it is sent, its free properties turned into JSON.</summary>
    /// <exception cref="ArgumentException">It cannot be sent; the message names the member.</exception>
    public static LifecycleEvent Check(LifecycleEvent told)
    {
        CheckId(told, told.UserId, nameof(told.UserId));
        CheckId(told, told.AnonymousId, nameof(told.AnonymousId));
        CheckId(told, told.GroupId, nameof(told.GroupId));
        switch (told)
        {
            case InviteSent invite:
                CheckEmail(told, invite.InviteeEmail, nameof(invite.InviteeEmail));
                break;
            case SignedUp signedUp:
                CheckEmail(told, signedUp.Email, nameof(signedUp.Email));
                break;
            case TrialStarted trial:
                CheckId(told, trial.TrialId, nameof(trial.TrialId));
                CheckDates(told, trial.TrialStartDate, trial.TrialEndDate);
                break;
            case TrialEnded trial:
                CheckId(told, trial.TrialId, nameof(trial.TrialId));
                CheckDates(told, trial.TrialStartDate, trial.TrialEndDate);
                break;
            case CustomEvent custom:
                ArgumentNullException.ThrowIfNull(custom.Properties, Member(told, nameof(custom.Properties)));
                told = custom with { Properties = FreeProperties.Snapshot(custom.Properties, Member(told, nameof(custom.Properties))) };
                CheckSize(new Message { Event = told, AnonymousId = told.AnonymousId }, told.UserId, told.GroupId);
                break;
        }

        return told;
    }

    /// <summary>Returns traits as they are sent.</summary>
    /// <exception cref="ArgumentException">They cannot be sent.</exception>
    public static IReadOnlyDictionary<string, object?> CheckTraits(IReadOnlyDictionary<string, object?> traits, string? userId)
    {
        if (userId is not null)
        {
            EventText.ThrowIfNotId(userId, nameof(userId));
        }

        var taken = FreeProperties.Snapshot(traits, nameof(traits));
        CheckSize(new Message { Traits = Profile.Empty, FreeTraits = taken }, userId, null);
        return taken;
    }

    public static ArgumentException NoUser(LifecycleEvent told) => new(
        $"{Member(told, nameof(told.UserId))} must be given, or {nameof(told.AnonymousId)}: no request or other capture scope is under way that names the user.",
        nameof(told));

    // The optional context is not counted: it is left out where it does not fit.
    private static void CheckSize(Message message, string? userId, string? groupId) => MessageWriter.Write(message with
    {
        UserId = userId ?? _reserved,
        GroupId = groupId ?? _reserved,
        MessageId = MessageIds.Next(),
        Timestamp = DateTimeOffset.UnixEpoch,
    });

    private static void CheckId(LifecycleEvent told, string? id, string member)
    {
        if (id is not null)
        {
            EventText.ThrowIfNotId(id, Member(told, member), nameof(told));
        }
    }

    private static void CheckEmail(LifecycleEvent told, string? email, string member)
    {
        if (email is not null && !IsEmail(email))
        {
            throw new ArgumentException($"{Member(told, member)} must be an e-mail address, but is '{EventText.Clean(email, MaxEmailLength)}'.", nameof(told));
        }
    }

    // Whether a mailbox exists, only its server knows; this keeps names, lists and empty fields out.
    private static bool IsEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return email.Length <= MaxEmailLength
            && at > 0
            && at < email.Length - 1
            && at == email.LastIndexOf('@')
            && !email.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character is ',' or ';' or '<' or '>');
    }

    private static void CheckDates(LifecycleEvent told, DateTimeOffset? start, DateTimeOffset? end)
    {
        if (end < start)
        {
            throw new ArgumentException(
                $"{Member(told, nameof(TrialStarted.TrialEndDate))} ({end:O}) must not be before {nameof(TrialStarted.TrialStartDate)} ({start:O}).", nameof(told));
        }
    }

    private static string Member(LifecycleEvent told, string member) => $"{told.GetType().Name}.{member}";
}
