namespace Intilery.AspNetCore;

/// <summary>What becomes of members that are marked as personal data. See <see cref="IntileryPrivacyOptions.PersonalData"/>.</summary>
public enum PersonalDataPolicy
{
    /// <summary>They are sent as all others are.</summary>
    Include,

    /// <summary>They are not sent, nor are a principal's claims about the person: a claim carries no such mark.</summary>
    Exclude,
}
