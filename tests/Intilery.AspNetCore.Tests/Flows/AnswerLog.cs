using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>What a browser was answered, request by request.</summary>
internal sealed class AnswerLog
{
    private readonly ConcurrentQueue<string> _all = new();

    public IReadOnlyList<string> All => [.. _all];

    public void Add(string answer) => _all.Enqueue(answer);
}
