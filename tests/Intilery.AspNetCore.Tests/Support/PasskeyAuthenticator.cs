using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// A platform authenticator with its browser (WebAuthn level 3): one ES256 key, user verified, no attestation statement. Takes the
/// options that the server sends and answers as <c>PublicKeyCredential.toJSON()</c> does.
/// </summary>
public sealed class PasskeyAuthenticator(string origin) : IDisposable
{
    private const byte UserPresentAndVerified = 0x05;
    private const byte HasCredential = 0x40;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _credentialId = RandomNumberGenerator.GetBytes(16);
    private string _userHandle = string.Empty;
    private uint _signatures;

    /// <summary>Makes a passkey (navigator.credentials.create).</summary>
    public string Create(string options)
    {
        var asked = JsonNode.Parse(options)!;
        _userHandle = (string)asked["user"]!["id"]!;
        var clientData = ClientData("webauthn.create", asked);
        byte[] authenticatorData = [.. AuthenticatorData((string)asked["rp"]!["id"]!, HasCredential), .. CredentialData()];
        return Credential(clientData, new JsonObject
        {
            ["attestationObject"] = Base64Url.EncodeToString(AttestationObject(authenticatorData)),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary>Signs a challenge with the passkey (navigator.credentials.get).</summary>
    public string Get(string options)
    {
        var asked = JsonNode.Parse(options)!;
        var clientData = ClientData("webauthn.get", asked);
        var authenticatorData = AuthenticatorData((string)asked["rpId"]!, 0);
        byte[] signed = [.. authenticatorData, .. SHA256.HashData(clientData)];
        return Credential(clientData, new JsonObject
        {
            ["authenticatorData"] = Base64Url.EncodeToString(authenticatorData),
            ["signature"] = Base64Url.EncodeToString(_key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = _userHandle,
        });
    }

    public void Dispose() => _key.Dispose();

    private byte[] ClientData(string type, JsonNode asked) => System.Text.Encoding.UTF8.GetBytes(new JsonObject
    {
        ["type"] = type,
        ["challenge"] = (string)asked["challenge"]!,
        ["origin"] = origin,
        ["crossOrigin"] = false,
    }.ToJsonString());

    private string Credential(byte[] clientData, JsonObject response)
    {
        response["clientDataJSON"] = Base64Url.EncodeToString(clientData);
        var id = Base64Url.EncodeToString(_credentialId);
        return new JsonObject
        {
            ["id"] = id,
            ["rawId"] = id,
            ["type"] = "public-key",
            ["authenticatorAttachment"] = "platform",
            ["clientExtensionResults"] = new JsonObject(),
            ["response"] = response,
        }.ToJsonString();
    }

    private byte[] AuthenticatorData(string relyingParty, byte flags)
    {
        var counter = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(counter, ++_signatures);
        return [.. SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(relyingParty)), (byte)(UserPresentAndVerified | flags), .. counter];
    }

    // The authenticator's model (none of note), the length of the id, the id, the public key.
    private byte[] CredentialData() => [.. new byte[16], 0, (byte)_credentialId.Length, .. _credentialId, .. PublicKey()];

    // COSE (RFC 9053): key type EC2, algorithm ES256, curve P-256, x, y.
    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(5);
        cbor.WriteInt32(1);
        cbor.WriteInt32(2);
        cbor.WriteInt32(3);
        cbor.WriteInt32(-7);
        cbor.WriteInt32(-1);
        cbor.WriteInt32(1);
        cbor.WriteInt32(-2);
        cbor.WriteByteString(point.X!);
        cbor.WriteInt32(-3);
        cbor.WriteByteString(point.Y!);
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    private static byte[] AttestationObject(byte[] authenticatorData)
    {
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(3);
        cbor.WriteTextString("fmt");
        cbor.WriteTextString("none");
        cbor.WriteTextString("attStmt");
        cbor.WriteStartMap(0);
        cbor.WriteEndMap();
        cbor.WriteTextString("authData");
        cbor.WriteByteString(authenticatorData);
        cbor.WriteEndMap();
        return cbor.Encode();
    }
}
