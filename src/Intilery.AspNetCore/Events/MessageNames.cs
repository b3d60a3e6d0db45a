using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>The member names of a call, encoded once.</summary>
internal static class MessageNames
{
    public static readonly JsonEncodedText UserId = JsonEncodedText.Encode("userId");
    public static readonly JsonEncodedText AnonymousId = JsonEncodedText.Encode("anonymousId");
    public static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    public static readonly JsonEncodedText Track = JsonEncodedText.Encode("track");
    public static readonly JsonEncodedText Identify = JsonEncodedText.Encode(EventNames.Identify);
    public static readonly JsonEncodedText Event = JsonEncodedText.Encode("event");
    public static readonly JsonEncodedText Properties = JsonEncodedText.Encode("properties");
    public static readonly JsonEncodedText Traits = JsonEncodedText.Encode("traits");
    public static readonly JsonEncodedText Context = JsonEncodedText.Encode("context");
    public static readonly JsonEncodedText MessageId = JsonEncodedText.Encode("messageId");
    public static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    public static readonly JsonEncodedText GroupId = JsonEncodedText.Encode("groupId");
    public static readonly JsonEncodedText Ip = JsonEncodedText.Encode("ip");
    public static readonly JsonEncodedText UserAgent = JsonEncodedText.Encode("userAgent");
    public static readonly JsonEncodedText Locale = JsonEncodedText.Encode("locale");
    public static readonly JsonEncodedText Page = JsonEncodedText.Encode("page");
    public static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
    public static readonly JsonEncodedText Referrer = JsonEncodedText.Encode("referrer");
    public static readonly JsonEncodedText Campaign = JsonEncodedText.Encode("campaign");
    public static readonly JsonEncodedText Library = JsonEncodedText.Encode("library");
    public static readonly JsonEncodedText App = JsonEncodedText.Encode("app");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    public static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
    public static readonly JsonEncodedText Medium = JsonEncodedText.Encode("medium");
    public static readonly JsonEncodedText Term = JsonEncodedText.Encode("term");
    public static readonly JsonEncodedText Content = JsonEncodedText.Encode("content");
}
