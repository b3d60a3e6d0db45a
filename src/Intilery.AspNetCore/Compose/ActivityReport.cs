using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Reports what a scope's facts become, for the coverage report and the live page.</summary>
internal static class ActivityReport
{
    /// <summary>Reports facts, before anything is decided about them.</summary>
    public static void Captured(LifecycleActivity activity, ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        if (!activity.IsWatched)
        {
            return;
        }

        for (var i = 0; i < facts.Count; i++)
        {
            Captured(activity, scope, facts[i].Fact);
        }
    }

    public static void Captured(LifecycleActivity activity, ScopeContext scope, CapturedFact fact) =>
        activity.Captured(scope.Id, fact.EventName, fact.Key, fact.UserId, fact.At, fact);

    /// <summary>Counts the messages that the facts became, and reports them.</summary>
    public static void Composed(LifecycleActivity activity, ScopeContext scope, IReadOnlyList<ComposedMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (!messages[i].IsTrialMove)
            {
                activity.Counted(messages[i].Message.EventName, messages[i].Message.GroupId is not null);
            }
        }

        if (activity.IsWatched)
        {
            var reported = new List<ComposedActivity>(messages.Count);
            for (var i = 0; i < messages.Count; i++)
            {
                if (messages[i] is { IsTrialMove: false, Message: var message })
                {
                    reported.Add(new ComposedActivity(message.MessageId, message.EventName, message.UserId, message.GroupId));
                }
            }

            activity.Composed(scope.Id, reported);
        }
    }
}
