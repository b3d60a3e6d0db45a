namespace Intilery.AspNetCore.Delivery;

/// <summary>What an answer's body says, whatever its status.</summary>
internal enum AnswerBody
{
    /// <summary>It is no JSON: a proxy's or portal's page, nothing, or more than an answer of the API can be.</summary>
    NotJson,

    /// <summary>It is JSON that does not say <c>success: false</c>.</summary>
    Json,

    /// <summary>It says <c>success: false</c>.</summary>
    Refused,
}
