using System.Text.Json.Nodes;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>One call as it arrived, or as it waits in an outbox.</summary>
public sealed record ReceivedCall(string Destination, string Json)
{
    private readonly JsonNode _call = JsonNode.Parse(Json)!;

    public string Type => Text("type")!;

    public string Event => Text("event")!;

    public string? UserId => Text("userId");

    public string? AnonymousId => Text("anonymousId");

    public string? MessageId => Text("messageId");

    public string? GroupId => (string?)_call["context"]?["groupId"];

    public JsonNode Call => _call;

    public override string ToString() => $"{Event} {UserId} {GroupId}".TrimEnd();

    private string? Text(string name) => (string?)_call[name];
}
